package job

import "example.invalid/nowhere"

func Perform(input map[string]interface{}) (interface{}, error) { return nowhere.Do(), nil }
