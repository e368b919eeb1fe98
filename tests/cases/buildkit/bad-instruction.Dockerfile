FROM golang:1.26-alpine
RUUN true
