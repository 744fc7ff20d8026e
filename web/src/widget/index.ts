// The one script of the chat widget: `<script src="…/widget/ekc-chat.js" async></script>`.

import "./config"; // reads the script's own address, which is known only now
import { EkcChat } from "./element";

if (!customElements.get("ekc-chat")) customElements.define("ekc-chat", EkcChat);
