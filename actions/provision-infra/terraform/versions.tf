terraform {
  # 1.10: ephemeral resources and the S3 backend's own lock; 1.11: that lock is no longer experimental.
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.28" # what all four registry modules ask for
    }
    helm = {
      source  = "hashicorp/helm"
      version = "~> 3.1" # since 3.0 `kubernetes` is an attribute of the provider, not a block
    }
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = "~> 3.0"
    }
    time = {
      source  = "hashicorp/time"
      version = "~> 0.9"
    }
  }

  # Bucket, key and region are given at init (`backend-config`).
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}
