package job

import "errors"

func Init() error { return errors.New("the model is broken") }

func Perform(input map[string]interface{}) (interface{}, error) { return 1, nil }
