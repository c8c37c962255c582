data "aws_availability_zones" "available" {
  #checkov:skip=CKV_AWS_394:Only the first three are used, and availability_zones pins them
  # Without local zones, which have neither NAT gateways nor EKS control planes.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  zones = length(var.availability_zones) == 3 ? var.availability_zones : slice(data.aws_availability_zones.available.names, 0, 3)
}

module "vpc" {
  #checkov:skip=CKV_TF_1:A module of the registry is pinned by its version; the registry knows no commits
  source  = "terraform-aws-modules/vpc/aws"
  version = "6.6.0"

  name = var.cluster_name
  cidr = var.vpc_cidr
  azs  = local.zones

  # 10.0.0.0/16 becomes 10.0.0.0/19, 10.0.32.0/19, 10.0.64.0/19 (public) and 10.0.96.0/19, 10.0.128.0/19, 10.0.160.0/19 (private).
  public_subnets  = [for k in range(3) : cidrsubnet(var.vpc_cidr, 3, k)]
  private_subnets = [for k in range(3) : cidrsubnet(var.vpc_cidr, 3, k + 3)]

  # What a VPC has by default stays as it came: nothing uses it, and it goes with the VPC.
  manage_default_network_acl    = false
  manage_default_route_table    = false
  manage_default_security_group = false

  enable_nat_gateway   = true
  single_nat_gateway   = true
  enable_dns_hostnames = true

  public_subnet_tags = {
    "kubernetes.io/cluster/${var.cluster_name}" = "shared"
    "kubernetes.io/role/elb"                    = "1"
  }

  private_subnet_tags = {
    "kubernetes.io/cluster/${var.cluster_name}" = "shared"
    "kubernetes.io/role/internal-elb"           = "1"
    "karpenter.sh/discovery"                    = var.cluster_name
  }
}

# Data of jobs goes to S3 past the NAT gateway, which charges for every gigabyte; this endpoint costs nothing.
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = module.vpc.vpc_id
  service_name      = "com.amazonaws.${data.aws_region.current.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = module.vpc.private_route_table_ids

  tags = { Name = "${var.cluster_name}-s3" }
}

# The cluster takes the VPC's id from here, so it is created after, and destroyed before, all of the network. Otherwise
# destroy removes the way out of the private subnets while nodes still need it, and they are stranded.
resource "terraform_data" "network" {
  input = module.vpc.vpc_id

  depends_on = [module.vpc, aws_vpc_endpoint.s3]
}
