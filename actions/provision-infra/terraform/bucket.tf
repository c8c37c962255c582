locals {
  bucket = coalesce(var.bucket, "${var.cluster_name}-default-${data.aws_caller_identity.current.account_id}-${data.aws_region.current.region}")
}

resource "aws_s3_bucket" "default" {
  #checkov:skip=CKV_AWS_18:Access logs would need a second bucket that outlives this one
  #checkov:skip=CKV_AWS_144:What is in it can be made again by running the benchmark again
  #checkov:skip=CKV_AWS_145:S3's own key (SSE-S3) costs nothing and leaves no key behind after destroy
  #checkov:skip=CKV2_AWS_62:Nobody waits for its events
  bucket        = local.bucket
  force_destroy = var.force_destroy
}

resource "aws_s3_bucket_ownership_controls" "default" {
  bucket = aws_s3_bucket.default.id

  rule {
    object_ownership = "BucketOwnerEnforced" # no ACLs
  }
}

resource "aws_s3_bucket_public_access_block" "default" {
  bucket = aws_s3_bucket.default.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "default" {
  bucket = aws_s3_bucket.default.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_versioning" "default" {
  bucket = aws_s3_bucket.default.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "default" {
  bucket = aws_s3_bucket.default.id

  rule {
    id     = "tidy"
    status = "Enabled"
    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    expiration {
      expired_object_delete_marker = true
    }
  }

  dynamic "rule" {
    # Not objects without content: the marker of the folder spark-events/ has to stay.
    for_each = var.expire_after_days > 0 ? toset(["logs", "spark-events"]) : toset([])

    content {
      id     = "expire-${rule.value}"
      status = "Enabled"

      filter {
        and {
          prefix                   = "${rule.value}/"
          object_size_greater_than = 0
        }
      }

      expiration {
        days = var.expire_after_days
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.default]
}

data "aws_iam_policy_document" "bucket" {
  statement {
    sid     = "RefuseUnencryptedConnections"
    effect  = "Deny"
    actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"]
    resources = [
      aws_s3_bucket.default.arn,
      "${aws_s3_bucket.default.arn}/*",
    ]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "default" {
  bucket = aws_s3_bucket.default.id
  policy = data.aws_iam_policy_document.bucket.json

  depends_on = [aws_s3_bucket_public_access_block.default]
}

# Spark looks for the folder of its event log before it writes there, and fails without it.
resource "aws_s3_object" "spark_events" {
  bucket       = aws_s3_bucket.default.id
  key          = "spark-events/"
  content_type = "application/x-directory"

  depends_on = [aws_s3_bucket_server_side_encryption_configuration.default, aws_s3_bucket_versioning.default]
}
