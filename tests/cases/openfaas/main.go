// The program around a function: it serves on a port that the watchdog knows, and ends in good order.
package main

import (
	"context"
	"log"
	"net/http"
	"os/signal"
	"syscall"
	"time"

	"handler/function"
)

const patience = 10 * time.Second

func main() {
	server := &http.Server{
		Addr:           ":8082",
		Handler:        http.HandlerFunc(function.Handle),
		ReadTimeout:    patience,
		WriteTimeout:   patience,
		MaxHeaderBytes: 1 << 20,
	}
	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go func() {
		if err := server.ListenAndServe(); err != http.ErrServerClosed {
			log.Fatal(err)
		}
	}()
	<-ended.Done()
	limit, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := server.Shutdown(limit); err != nil {
		log.Print(err)
	}
}
