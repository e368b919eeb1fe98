package tags

const system = "known"
