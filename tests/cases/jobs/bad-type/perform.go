package job

func Perform(input map[string]interface{}) (interface{}, error) {
	return nothing, nil
}
