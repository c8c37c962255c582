"""Drives a running local cloud with boto3, unmodified, through the environment variables it announces.

Usage: python boto3_check.py BUCKET [VIRTUAL_CLUSTER_ID]
With a virtual cluster, LOCAL_CLOUD_ROLE and LOCAL_CLOUD_ENTRY_POINT may name the role and script of a job run to
start, describe and cancel; without them job runs are only listed. Ends with status 1 at the first surprise.
"""

import os
import sys

import boto3
from botocore.exceptions import ClientError


def refused(code, call, **arguments):
    """The call must be refused with this error code."""
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
    else:
        raise AssertionError(f"{call} was not refused with {code}")


def check_s3(bucket):
    s3 = boto3.client("s3")
    assert bucket in [b["Name"] for b in s3.list_buckets()["Buckets"]]
    key = "boto3/ä b+c%d.txt"
    s3.put_object(Bucket=bucket, Key=key, Body=b"body", ContentType="text/plain")
    answer = s3.get_object(Bucket=bucket, Key=key)
    assert (answer["Body"].read(), answer["ContentType"]) == (b"body", "text/plain")
    s3.put_object(Bucket=bucket, Key="boto3/dir/", Body=b"")
    assert s3.head_object(Bucket=bucket, Key="boto3/dir/")["ContentLength"] == 0
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="boto3/", PaginationConfig={"PageSize": 1})
    assert [o["Key"] for page in pages for o in page.get("Contents", [])] == ["boto3/dir/", key]
    old = s3.list_objects(Bucket=bucket, Prefix="boto3/", Delimiter="/")
    assert [p["Prefix"] for p in old["CommonPrefixes"]] == ["boto3/dir/"]
    refused("PreconditionFailed", s3.put_object, Bucket=bucket, Key=key, Body=b"", IfNoneMatch="*")
    refused("NoSuchKey", s3.get_object, Bucket=bucket, Key="boto3/none")
    refused("NoSuchBucket", s3.list_objects_v2, Bucket="no-such-bucket")
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key}, {"Key": "boto3/dir/"}]})
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket, Prefix="boto3/")


def check_sts():
    assert boto3.client("sts").get_caller_identity()["Account"] == "000000000000"


def check_emr_containers(virtual_cluster):
    emr = boto3.client("emr-containers")
    cluster = emr.describe_virtual_cluster(id=virtual_cluster)["virtualCluster"]
    assert cluster["state"] == "RUNNING", cluster
    assert virtual_cluster in [c["id"] for c in emr.list_virtual_clusters()["virtualClusters"]]
    refused("ResourceNotFoundException", emr.describe_job_run, virtualClusterId=virtual_cluster, id="0" * 19)
    role = os.environ.get("LOCAL_CLOUD_ROLE")
    entry_point = os.environ.get("LOCAL_CLOUD_ENTRY_POINT")
    if role and entry_point:
        run = emr.start_job_run(
            virtualClusterId=virtual_cluster,
            name="boto3-check",
            executionRoleArn=role,
            releaseLabel="emr-7.13.0-latest",
            jobDriver={"sparkSubmitJobDriver": {"entryPoint": entry_point}},
        )["id"]
        described = emr.describe_job_run(virtualClusterId=virtual_cluster, id=run)["jobRun"]
        assert described["name"] == "boto3-check", described
        if described["state"] in ("PENDING", "SUBMITTED", "RUNNING"):
            assert emr.cancel_job_run(virtualClusterId=virtual_cluster, id=run)["id"] == run
        else:
            refused("ValidationException", emr.cancel_job_run, virtualClusterId=virtual_cluster, id=run)
    for run in emr.list_job_runs(virtualClusterId=virtual_cluster)["jobRuns"]:
        print(run["id"], run["state"])


def main():
    check_s3(sys.argv[1])
    check_sts()
    if len(sys.argv) > 2:
        check_emr_containers(sys.argv[2])
    print("ok")


main()
