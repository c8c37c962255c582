terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.28"
    }
  }

  # The state is a file here at first, because the bucket for it does not exist yet. See the README for moving it.
}

provider "aws" {
  region = var.region # null: AWS_REGION

  default_tags {
    tags = var.tags
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}
