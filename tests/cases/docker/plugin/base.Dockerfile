FROM workbench-test/shell:1
COPY wrapper/ /wrapper/
