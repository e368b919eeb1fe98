FROM alpine:3.22
RUN <<EOT
FROM here is text
# so is this
EOT
COPY --chown=1:1 <<one.txt <<-"TWO" /files/
$FIRST
one.txt
	second
	TWO
ONBUILD RUN <<LATER
true
LATER
RUN cat <<<word && [ 1 -lt 2 ]
ENV A="<<NOT"
