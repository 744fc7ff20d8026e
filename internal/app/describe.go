package app

import (
	"fmt"
	"io"
	"text/tabwriter"

	"ekc/web"
)

// Describe tells a person at the console where everything is, and after the first start the demo accounts. A password that
// was drawn is told here and nowhere else.
func (a *App) Describe(w io.Writer) error {
	url := a.URL()
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	lines := [][2]string{
		{"Playground", url + "/"},
		{"Chat widget", url + "/widget/"},
		{"GraphQL", url + "/graphql  (POST, GET, graphql-transport-ws, SSE)"},
		{"Health", url + "/healthz  " + url + "/readyz  " + url + "/metrics"},
	}
	if at := a.phone.addr(); at != nil {
		lines = append(lines, [2]string{"Phone", "sip:88006000000@" + at.String() + "  (SIP over UDP and TCP)"})
	}
	if at := a.storage.Embedded(); at != "" {
		lines = append(lines, [2]string{"PostgreSQL", "embedded, in " + at})
	}
	_, _ = fmt.Fprintln(out, "\nEKC serves.")
	for _, l := range lines {
		_, _ = fmt.Fprintf(out, "  %s\t%s\n", l[0], l[1])
	}
	if !web.Built(web.Files()) {
		_, _ = fmt.Fprintln(out, "  (playground and widget are not built: run `make web` and build again)")
	}
	a.describeAccounts(out)
	_, _ = fmt.Fprintln(out, "\nCtrl-C stops it.")
	return out.Flush() // the first error of all
}

func (a *App) describeAccounts(out io.Writer) {
	switch {
	case !a.config.Demo:
		return
	case len(a.seeded.Accounts) == 0:
		_, _ = fmt.Fprintln(out, "\nThe demo accounts were made at an earlier start. Password lost? `ekc user password --login admin` sets a new one.")
		return
	}
	_, _ = fmt.Fprintln(out, "\nDemo accounts, made just now:")
	for _, account := range a.seeded.Accounts {
		_, _ = fmt.Fprintf(out, "  %s\t%s\n", account.Login, account.Duty)
	}
	if a.seeded.Password != "" {
		_, _ = fmt.Fprintf(out, "  Password of all of them, shown only now: %s\n", a.seeded.Password)
		return
	}
	_, _ = fmt.Fprintln(out, "  Password of all of them: the one in EKC_DEMO_PASSWORD.")
}
