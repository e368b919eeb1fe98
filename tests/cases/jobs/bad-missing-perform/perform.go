package job

func perform(input map[string]interface{}) (interface{}, error) { return 1, nil }
