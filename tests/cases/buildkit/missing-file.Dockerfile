FROM golang:1.26-alpine
COPY missing.txt /
