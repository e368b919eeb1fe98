package tested_test

func TestNothing(t *NoSuchType) { undefined() }
