// Package probe is a job whose function does what its input tells it.
package probe

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// initialised counts how often the wrapper called Init.
var initialised atomic.Int64

// Init takes PROBE_INIT_SECONDS, and fails with what PROBE_INIT_ERROR says.
func Init() error {
	if seconds, err := time.ParseDuration(os.Getenv("PROBE_INIT_SECONDS") + "s"); err == nil {
		time.Sleep(seconds)
	}
	initialised.Add(1)
	if text := os.Getenv("PROBE_INIT_ERROR"); text != "" {
		return errors.New(text)
	}
	return nil
}

// InputExample is a call that succeeds.
func InputExample() map[string]interface{} {
	return map[string]interface{}{"do": "echo", "value": 42}
}

// Perform does what "do" says; "value" says how much of it.
func Perform(input map[string]interface{}) (interface{}, error) {
	value := input["value"]
	amount, _ := value.(float64)
	switch input["do"] {
	case "echo":
		return value, nil
	case "initialised":
		return initialised.Load(), nil
	case "fail":
		return nil, errors.New("told to fail")
	case "panic":
		panic("told to panic")
	case "panic elsewhere":
		go panic("told to panic in a goroutine")
		time.Sleep(time.Second)
		return nil, errors.New("still here")
	case "exit":
		os.Exit(int(amount))
	case "sleep":
		time.Sleep(time.Duration(amount * float64(time.Second)))
		return amount, nil
	case "loop":
		for end := time.Now().Add(time.Duration(amount * float64(time.Second))); time.Now().Before(end); {
		}
		return amount, nil
	case "infinity":
		return math.Inf(1), nil
	case "function":
		return func() {}, nil
	case "text":
		return strings.Repeat("x", int(amount)), nil
	case "size":
		text, _ := value.(string)
		return len(text), nil
	}
	return nil, fmt.Errorf("the probe does not know how to do %v", input["do"])
}
