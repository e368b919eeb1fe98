echo "nothing to build"
