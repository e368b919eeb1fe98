NAME = "golang:1.0.0"
