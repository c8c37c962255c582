provider "aws" {
  region = var.region # null: AWS_REGION

  default_tags {
    tags = local.tags
  }
}

# A token of this cluster lives for 15 minutes. As an ephemeral resource it is made anew in every plan and every
# apply, so it stands in no plan file, and a plan that is applied hours later has a fresh one. No `aws` program is needed.
ephemeral "aws_eks_cluster_auth" "cluster" {
  name = module.eks.cluster_name
}

provider "kubernetes" {
  host                   = module.eks.cluster_endpoint
  cluster_ca_certificate = base64decode(module.eks.cluster_certificate_authority_data)
  token                  = ephemeral.aws_eks_cluster_auth.cluster.token
}

provider "helm" {
  kubernetes = {
    host                   = module.eks.cluster_endpoint
    cluster_ca_certificate = base64decode(module.eks.cluster_certificate_authority_data)
    token                  = ephemeral.aws_eks_cluster_auth.cluster.token
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  # The first tag is how `destroy` and the policies of the roles recognise what belongs to this cluster.
  tags = merge(var.tags, { "emr-eks-actions/cluster" = var.cluster_name })
}
