variable "cluster_name" {
  description = "Name of the EKS cluster."
  type        = string
  default     = "demo"
}

variable "virtual_cluster_id" {
  description = "Id of the EMR virtual cluster, which the local cloud made when it started."
  type        = string
}

variable "job_execution_role_arn" {
  description = "Role that job runs assume."
  type        = string
}

variable "bucket" {
  description = "Bucket of scripts, logs and records."
  type        = string
}

variable "region" {
  description = "AWS region of everything."
  type        = string
}

variable "namespace" {
  description = "Kubernetes namespace of the virtual cluster."
  type        = string
  default     = "analytics"
}
