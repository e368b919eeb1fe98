# escape=`
FROM scratch
ENV DIR=C:\tools\ `
    QUOTED="a `"b`" \c"
ENV LAST=`$HOME
