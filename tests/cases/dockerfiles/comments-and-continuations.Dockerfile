# syntax=docker/dockerfile:1

# A comment above the first instruction.
FROM alpine:3.22
  # An indented comment.
RUN apk add \
    # a comment amid a continued line
    curl \

    git
run echo not-continued\\
LABEL one=1 \  
      two=2
