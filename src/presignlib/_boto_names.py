"""boto3's names for S3's requests: operations, their parameters, and how these are written.

Parameters that are sent in a body are not here: a URL signs none. Source: Amazon S3 API
Reference; the names are those of the SDK for Python.
"""

from __future__ import annotations


class Operation:
    """One request: its method, the query that names it, and the parameters it takes."""

    __slots__ = ("has_key", "method", "names", "query")

    def __init__(self, method: str, query: str, names: str, *, has_key: bool = True) -> None:
        self.method = method
        self.query = query
        self.names = frozenset(names.split())
        self.has_key = has_key


HEADERS = {
    "ACL": "x-amz-acl",
    "AnnotationDirective": "x-amz-object-annotation-directive",
    "BucketKeyEnabled": "x-amz-server-side-encryption-bucket-key-enabled",
    "BypassGovernanceRetention": "x-amz-bypass-governance-retention",
    "CacheControl": "cache-control",
    "ChecksumAlgorithm": "x-amz-checksum-algorithm",
    "ChecksumCRC32": "x-amz-checksum-crc32",
    "ChecksumCRC32C": "x-amz-checksum-crc32c",
    "ChecksumCRC64NVME": "x-amz-checksum-crc64nvme",
    "ChecksumMD5": "x-amz-checksum-md5",
    "ChecksumMode": "x-amz-checksum-mode",
    "ChecksumSHA1": "x-amz-checksum-sha1",
    "ChecksumSHA256": "x-amz-checksum-sha256",
    "ChecksumSHA512": "x-amz-checksum-sha512",
    "ChecksumType": "x-amz-checksum-type",
    "ChecksumXXHASH128": "x-amz-checksum-xxhash128",
    "ChecksumXXHASH3": "x-amz-checksum-xxhash3",
    "ChecksumXXHASH64": "x-amz-checksum-xxhash64",
    "ContentDisposition": "content-disposition",
    "ContentEncoding": "content-encoding",
    "ContentLanguage": "content-language",
    "ContentLength": "content-length",
    "ContentMD5": "content-md5",
    "ContentType": "content-type",
    "CopySource": "x-amz-copy-source",
    "CopySourceIfMatch": "x-amz-copy-source-if-match",
    "CopySourceIfModifiedSince": "x-amz-copy-source-if-modified-since",
    "CopySourceIfNoneMatch": "x-amz-copy-source-if-none-match",
    "CopySourceIfUnmodifiedSince": "x-amz-copy-source-if-unmodified-since",
    "CopySourceRange": "x-amz-copy-source-range",
    "CopySourceSSECustomerAlgorithm": "x-amz-copy-source-server-side-encryption-customer-algorithm",
    "CopySourceSSECustomerKey": "x-amz-copy-source-server-side-encryption-customer-key",
    "CopySourceSSECustomerKeyMD5": "x-amz-copy-source-server-side-encryption-customer-key-md5",
    "ExpectedBucketOwner": "x-amz-expected-bucket-owner",
    "ExpectedSourceBucketOwner": "x-amz-source-expected-bucket-owner",
    "Expires": "expires",
    "GrantFullControl": "x-amz-grant-full-control",
    "GrantRead": "x-amz-grant-read",
    "GrantReadACP": "x-amz-grant-read-acp",
    "GrantWriteACP": "x-amz-grant-write-acp",
    "IfMatch": "if-match",
    "IfMatchInitiatedTime": "x-amz-if-match-initiated-time",
    "IfMatchLastModifiedTime": "x-amz-if-match-last-modified-time",
    "IfMatchSize": "x-amz-if-match-size",
    "IfModifiedSince": "if-modified-since",
    "IfNoneMatch": "if-none-match",
    "IfUnmodifiedSince": "if-unmodified-since",
    "MFA": "x-amz-mfa",
    "MetadataDirective": "x-amz-metadata-directive",
    "MpuObjectSize": "x-amz-mp-object-size",
    "ObjectAttributes": "x-amz-object-attributes",
    "ObjectLockEventHold": "x-amz-object-lock-event-hold",
    "ObjectLockEventHoldDurationDays": "x-amz-object-lock-event-hold-duration-days",
    "ObjectLockEventHoldDurationYears": "x-amz-object-lock-event-hold-duration-years",
    "ObjectLockLegalHoldStatus": "x-amz-object-lock-legal-hold",
    "ObjectLockMode": "x-amz-object-lock-mode",
    "ObjectLockRetainUntilDate": "x-amz-object-lock-retain-until-date",
    "OptionalObjectAttributes": "x-amz-optional-object-attributes",
    "Range": "range",
    "RequestPayer": "x-amz-request-payer",
    "SSECustomerAlgorithm": "x-amz-server-side-encryption-customer-algorithm",
    "SSECustomerKey": "x-amz-server-side-encryption-customer-key",
    "SSECustomerKeyMD5": "x-amz-server-side-encryption-customer-key-md5",
    "SSEKMSEncryptionContext": "x-amz-server-side-encryption-context",
    "SSEKMSKeyId": "x-amz-server-side-encryption-aws-kms-key-id",
    "ServerSideEncryption": "x-amz-server-side-encryption",
    "StorageClass": "x-amz-storage-class",
    "Tagging": "x-amz-tagging",
    "TaggingDirective": "x-amz-tagging-directive",
    "WebsiteRedirectLocation": "x-amz-website-redirect-location",
    "WriteOffsetBytes": "x-amz-write-offset-bytes",
}
QUERY = {
    "MaxParts": "max-parts",
    "PartNumberMarker": "part-number-marker",
    "ContinuationToken": "continuation-token",
    "Delimiter": "delimiter",
    "EncodingType": "encoding-type",
    "FetchOwner": "fetch-owner",
    "Id": "id",
    "KeyMarker": "key-marker",
    "Marker": "marker",
    "MaxKeys": "max-keys",
    "MaxUploads": "max-uploads",
    "PartNumber": "partNumber",
    "Prefix": "prefix",
    "ResponseCacheControl": "response-cache-control",
    "ResponseContentDisposition": "response-content-disposition",
    "ResponseContentEncoding": "response-content-encoding",
    "ResponseContentLanguage": "response-content-language",
    "ResponseContentType": "response-content-type",
    "ResponseExpires": "response-expires",
    "StartAfter": "start-after",
    "UploadId": "uploadId",
    "UploadIdMarker": "upload-id-marker",
    "VersionId": "versionId",
    "VersionIdMarker": "version-id-marker",
}
OPERATIONS = {
    "get_object": Operation(
        "GET",
        "",
        "IfMatch IfModifiedSince IfNoneMatch IfUnmodifiedSince Range ResponseCacheControl "
        "ResponseContentDisposition ResponseContentEncoding ResponseContentLanguage "
        "ResponseContentType ResponseExpires VersionId SSECustomerAlgorithm SSECustomerKey "
        "SSECustomerKeyMD5 RequestPayer PartNumber ExpectedBucketOwner ChecksumMode",
    ),
    "head_object": Operation(
        "HEAD",
        "",
        "IfMatch IfModifiedSince IfNoneMatch IfUnmodifiedSince Range ResponseCacheControl "
        "ResponseContentDisposition ResponseContentEncoding ResponseContentLanguage "
        "ResponseContentType ResponseExpires VersionId SSECustomerAlgorithm SSECustomerKey "
        "SSECustomerKeyMD5 RequestPayer PartNumber ExpectedBucketOwner ChecksumMode",
    ),
    "put_object": Operation(
        "PUT",
        "",
        "ACL CacheControl ContentDisposition ContentEncoding ContentLanguage ContentLength "
        "ContentMD5 ContentType ChecksumCRC32 ChecksumCRC32C ChecksumCRC64NVME ChecksumSHA1 "
        "ChecksumSHA256 ChecksumSHA512 ChecksumMD5 ChecksumXXHASH64 ChecksumXXHASH3 "
        "ChecksumXXHASH128 Expires IfMatch IfNoneMatch GrantFullControl GrantRead GrantReadACP "
        "GrantWriteACP WriteOffsetBytes ServerSideEncryption StorageClass WebsiteRedirectLocation "
        "SSECustomerAlgorithm SSECustomerKey SSECustomerKeyMD5 SSEKMSKeyId "
        "SSEKMSEncryptionContext BucketKeyEnabled RequestPayer Tagging ObjectLockMode "
        "ObjectLockRetainUntilDate ObjectLockLegalHoldStatus ObjectLockEventHold "
        "ObjectLockEventHoldDurationDays ObjectLockEventHoldDurationYears ExpectedBucketOwner",
    ),
    "delete_object": Operation(
        "DELETE",
        "",
        "MFA VersionId RequestPayer BypassGovernanceRetention ExpectedBucketOwner IfMatch "
        "IfMatchLastModifiedTime IfMatchSize",
    ),
    "copy_object": Operation(
        "PUT",
        "",
        "ACL CacheControl ChecksumAlgorithm ContentDisposition ContentEncoding ContentLanguage "
        "ContentType CopySource CopySourceIfMatch CopySourceIfModifiedSince CopySourceIfNoneMatch "
        "CopySourceIfUnmodifiedSince Expires GrantFullControl GrantRead GrantReadACP "
        "GrantWriteACP IfMatch IfNoneMatch MetadataDirective TaggingDirective AnnotationDirective "
        "ServerSideEncryption StorageClass WebsiteRedirectLocation SSECustomerAlgorithm "
        "SSECustomerKey SSECustomerKeyMD5 SSEKMSKeyId SSEKMSEncryptionContext BucketKeyEnabled "
        "CopySourceSSECustomerAlgorithm CopySourceSSECustomerKey CopySourceSSECustomerKeyMD5 "
        "RequestPayer Tagging ObjectLockMode ObjectLockRetainUntilDate ObjectLockLegalHoldStatus "
        "ObjectLockEventHold ObjectLockEventHoldDurationDays ObjectLockEventHoldDurationYears "
        "ExpectedBucketOwner ExpectedSourceBucketOwner",
    ),
    "get_object_acl": Operation(
        "GET",
        "acl",
        "VersionId RequestPayer ExpectedBucketOwner",
    ),
    "get_object_attributes": Operation(
        "GET",
        "attributes",
        "VersionId MaxParts PartNumberMarker SSECustomerAlgorithm SSECustomerKey "
        "SSECustomerKeyMD5 RequestPayer ExpectedBucketOwner ObjectAttributes",
    ),
    "get_object_tagging": Operation(
        "GET",
        "tagging",
        "VersionId ExpectedBucketOwner RequestPayer",
    ),
    "get_object_torrent": Operation(
        "GET",
        "torrent",
        "RequestPayer ExpectedBucketOwner",
    ),
    "create_multipart_upload": Operation(
        "POST",
        "uploads",
        "ACL CacheControl ContentDisposition ContentEncoding ContentLanguage ContentType Expires "
        "GrantFullControl GrantRead GrantReadACP GrantWriteACP ServerSideEncryption StorageClass "
        "WebsiteRedirectLocation SSECustomerAlgorithm SSECustomerKey SSECustomerKeyMD5 "
        "SSEKMSKeyId SSEKMSEncryptionContext BucketKeyEnabled RequestPayer Tagging ObjectLockMode "
        "ObjectLockRetainUntilDate ObjectLockLegalHoldStatus ObjectLockEventHold "
        "ObjectLockEventHoldDurationDays ObjectLockEventHoldDurationYears ExpectedBucketOwner "
        "ChecksumAlgorithm ChecksumType",
    ),
    "upload_part": Operation(
        "PUT",
        "",
        "ContentLength ContentMD5 ChecksumCRC32 ChecksumCRC32C ChecksumCRC64NVME ChecksumSHA1 "
        "ChecksumSHA256 ChecksumSHA512 ChecksumMD5 ChecksumXXHASH64 ChecksumXXHASH3 "
        "ChecksumXXHASH128 PartNumber UploadId SSECustomerAlgorithm SSECustomerKey "
        "SSECustomerKeyMD5 RequestPayer ExpectedBucketOwner",
    ),
    "upload_part_copy": Operation(
        "PUT",
        "",
        "CopySource CopySourceIfMatch CopySourceIfModifiedSince CopySourceIfNoneMatch "
        "CopySourceIfUnmodifiedSince CopySourceRange PartNumber UploadId SSECustomerAlgorithm "
        "SSECustomerKey SSECustomerKeyMD5 CopySourceSSECustomerAlgorithm CopySourceSSECustomerKey "
        "CopySourceSSECustomerKeyMD5 RequestPayer ExpectedBucketOwner ExpectedSourceBucketOwner",
    ),
    "complete_multipart_upload": Operation(
        "POST",
        "",
        "UploadId ChecksumCRC32 ChecksumCRC32C ChecksumCRC64NVME ChecksumSHA1 ChecksumSHA256 "
        "ChecksumSHA512 ChecksumMD5 ChecksumXXHASH64 ChecksumXXHASH3 ChecksumXXHASH128 "
        "ChecksumType MpuObjectSize RequestPayer ExpectedBucketOwner IfMatch IfNoneMatch "
        "SSECustomerAlgorithm SSECustomerKey SSECustomerKeyMD5",
    ),
    "abort_multipart_upload": Operation(
        "DELETE",
        "",
        "UploadId RequestPayer ExpectedBucketOwner IfMatchInitiatedTime",
    ),
    "list_parts": Operation(
        "GET",
        "",
        "UploadId RequestPayer ExpectedBucketOwner SSECustomerAlgorithm SSECustomerKey SSECustomerKeyMD5",
    ),
    "list_objects": Operation(
        "GET",
        "",
        "Delimiter EncodingType Marker MaxKeys Prefix RequestPayer ExpectedBucketOwner "
        "OptionalObjectAttributes",
        has_key=False,
    ),
    "list_objects_v2": Operation(
        "GET",
        "list-type=2",
        "Delimiter EncodingType MaxKeys Prefix ContinuationToken FetchOwner StartAfter "
        "RequestPayer ExpectedBucketOwner OptionalObjectAttributes",
        has_key=False,
    ),
    "list_object_versions": Operation(
        "GET",
        "versions",
        "Delimiter EncodingType KeyMarker MaxKeys Prefix VersionIdMarker ExpectedBucketOwner "
        "RequestPayer OptionalObjectAttributes",
        has_key=False,
    ),
    "list_multipart_uploads": Operation(
        "GET",
        "uploads",
        "Delimiter EncodingType KeyMarker MaxUploads Prefix UploadIdMarker ExpectedBucketOwner RequestPayer",
        has_key=False,
    ),
    "head_bucket": Operation(
        "HEAD",
        "",
        "ExpectedBucketOwner",
        has_key=False,
    ),
    "get_bucket_analytics_configuration": Operation(
        "GET",
        "analytics",
        "Id ExpectedBucketOwner",
        has_key=False,
    ),
    "get_bucket_cors": Operation(
        "GET",
        "cors",
        "ExpectedBucketOwner",
        has_key=False,
    ),
    "get_bucket_policy": Operation(
        "GET",
        "policy",
        "ExpectedBucketOwner",
        has_key=False,
    ),
    "get_bucket_website": Operation(
        "GET",
        "website",
        "ExpectedBucketOwner",
        has_key=False,
    ),
}
