//go:build special

package tags

const tagged = "yes"
