package job

import "example.com/lib"

func Perform(input map[string]interface{}) (interface{}, error) {
	return lib.Answer(), nil
}
