package job

// Perform has another signature.
func Perform(input string) string { return input }
