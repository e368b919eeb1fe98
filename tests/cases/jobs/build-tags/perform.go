package tags

func Perform(input map[string]interface{}) (interface{}, error) {
	return map[string]string{"tagged": tagged, "system": system}, nil
}
