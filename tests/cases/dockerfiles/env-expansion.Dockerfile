FROM scratch
ENV V=abc-abc EMPTY=""
ENV A=${V:-d} B=${NO:-d} C=${EMPTY:-d} D=${EMPTY-d} E=${V:+yes} F=${NO+yes}
ENV G=${V#*-} H=${V##*b} I=${V%-*} J=${V%%b*} K=${V/b/X} L=${V//b/X} M=${NO:-"$V x"}
ENV N=${V#zzz}
