package another

this is not Go
