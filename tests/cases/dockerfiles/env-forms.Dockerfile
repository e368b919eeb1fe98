FROM scratch
ENV PLAIN=one QUOTED="two words" SINGLE='three $PLAIN' ESCAPED=four\ words
ENV OLD five  "six"   seven
ENV EMPTY= QUOTES="say \"hi\"" PRICE="\$5" PATHLIKE="C:\temp\new" SLASH="\\"
ENV PLAIN=changed SEES_OLD=$PLAIN
ENV SEES_NEW=$PLAIN UNSET=[$NOSUCH] DOLLAR=$ AT_END="x$"
