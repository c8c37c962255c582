# The contract of provision-infra: these seven, whatever the infrastructure is.

output "cluster_name" {
  description = "Name of the EKS cluster."
  value       = terraform_data.cluster.output.name
}

output "virtual_cluster_id" {
  description = "Id of the EMR virtual cluster."
  value       = terraform_data.virtual_cluster.output.id
}

output "job_execution_role_arn" {
  description = "Role that job runs assume."
  value       = var.job_execution_role_arn
}

output "bucket" {
  description = "Bucket of scripts, logs and records."
  value       = terraform_data.storage.output.bucket
}

output "region" {
  description = "AWS region of everything."
  value       = terraform_data.storage.output.region
}

output "namespace" {
  description = "Kubernetes namespace of the virtual cluster."
  value       = terraform_data.virtual_cluster.output.namespace
}

output "node_role_name" {
  description = "IAM role of the nodes, which the EC2NodeClass names."
  value       = terraform_data.cluster.output.node_role
}
