// A watchdog: it starts a program, passes requests on to it, and ends with it.
package main

import (
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
)

func main() {
	program := exec.Command(os.Getenv("fprocess"))
	program.Stdout, program.Stderr = os.Stdout, os.Stderr
	if err := program.Start(); err != nil {
		log.Fatal(err)
	}
	upstream, err := url.Parse(os.Getenv("upstream_url"))
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		log.Fatal(http.ListenAndServe(":8080", httputil.NewSingleHostReverseProxy(upstream)))
	}()
	log.Fatal(program.Wait())
}
