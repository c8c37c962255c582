# An expression that is none, in line 4.

output "cluster_name" {
  value = = "test"
}
