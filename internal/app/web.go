package app

import (
	"net/http"

	"ekc/web"
)

// webHandler serves playground, widget and demo page, or how to build them.
func webHandler() (http.Handler, error) { return web.Handler(web.Files()) }
