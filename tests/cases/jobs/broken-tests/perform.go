package tested

func Perform(input map[string]interface{}) (interface{}, error) { return "built", nil }
