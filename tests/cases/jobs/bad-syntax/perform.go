package job

func Perform(input map[string]interface{}) (interface{}, error) {
	return 1 nil
}
