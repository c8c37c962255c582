# What the actions need.

output "cluster_name" {
  description = "Name of the EKS cluster."
  value       = module.eks.cluster_name
}

output "virtual_cluster_id" {
  description = "Id of the EMR virtual cluster."
  value       = module.emr.virtual_cluster_id
}

output "job_execution_role_arn" {
  description = "ARN of the role that jobs run as."
  value       = module.emr.job_execution_role_arn
}

output "bucket" {
  description = "Bucket for scripts, logs, event logs and records."
  value       = aws_s3_bucket.default.id
}

output "region" {
  description = "AWS region of all of it."
  value       = data.aws_region.current.region
}

output "namespace" {
  description = "Kubernetes namespace of the virtual cluster."
  value       = kubernetes_namespace_v1.jobs.metadata[0].name
}

output "node_role_name" {
  description = "Name of the IAM role of Karpenter's nodes."
  value       = module.karpenter.node_iam_role_name
}

# What people look for.

output "vpc_id" {
  description = "Id of the VPC."
  value       = module.vpc.vpc_id
}

output "vpc_cidr_block" {
  description = "Addresses of the VPC."
  value       = module.vpc.vpc_cidr_block
}

output "private_subnets" {
  description = "Ids of the private subnets, where nodes run."
  value       = module.vpc.private_subnets
}

output "public_subnets" {
  description = "Ids of the public subnets."
  value       = module.vpc.public_subnets
}

output "nat_public_ips" {
  description = "Public addresses from which nodes reach the internet."
  value       = module.vpc.nat_public_ips
}

output "azs" {
  description = "Availability zones of the subnets."
  value       = module.vpc.azs
}

output "eks_cluster_arn" {
  description = "ARN of the EKS cluster."
  value       = module.eks.cluster_arn
}

output "configure_kubectl" {
  description = "Command that lets kubectl reach the cluster, where the aws program is installed."
  value       = "aws eks --region ${data.aws_region.current.region} update-kubeconfig --name ${module.eks.cluster_name}"
}
