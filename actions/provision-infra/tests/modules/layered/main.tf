# Several resources that depend on each other, one of them with a secret, to be planned, reviewed and moved.
variable "size" {
  type    = number
  default = 1
}

variable "generation" {
  type    = string
  default = "one"
}

variable "password" {
  type      = string
  sensitive = true
  default   = "correct-horse-battery"
}

resource "terraform_data" "network" {
  input = { size = var.size }
}

resource "terraform_data" "cluster" {
  input            = { network = terraform_data.network.id, password = var.password }
  triggers_replace = [var.generation]
}

output "cluster_name" {
  value = "test-${var.size}"
}

output "virtual_cluster_id" {
  value = "0123456789abcdefghijklmno"
}

output "job_execution_role_arn" {
  value = "arn:aws:iam::000000000000:role/job-execution"
}

output "bucket" {
  value = "test-bench"
}

output "region" {
  value = "us-east-1"
}

output "namespace" {
  value = "analytics"
}

output "node_role_name" {
  value = "karpenter-node"
}
