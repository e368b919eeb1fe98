# A plain comment ends the directives.
# escape=`
FROM scratch
ENV A=b \
    C=d
