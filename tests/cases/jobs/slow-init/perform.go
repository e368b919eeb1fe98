package slow

import "time"

var initialised bool

func Init() error {
	time.Sleep(700 * time.Millisecond)
	initialised = true
	return nil
}

func Perform(input map[string]interface{}) (interface{}, error) { return initialised, nil }
