"""Judges signed requests with Python's libraries: JSON lines in, a line each out: empty, or what is wrong."""
import datetime
import json
import sys
from base64 import b64decode
from urllib.parse import parse_qsl, urlsplit


def oauthlib_judge(case, headers, body):
    from oauthlib.oauth1.rfc5849 import signature as s

    form = body.decode() if headers.get('content-type', '').startswith('application/x-www-form-urlencoded') else ''
    query = urlsplit(case['url']).query
    sent = {'Authorization': headers['authorization']} if 'authorization' in headers else {}
    params = s.collect_parameters(query, form, sent,
                                  exclude_oauth_signature=False, with_realm=False)
    given = dict(params)

    class Request:
        uri = case['url']
        http_method = case['method']
        signature = given['oauth_signature']

    Request.params = [p for p in params if p[0] != 'oauth_signature']
    method = given['oauth_signature_method']
    name = 'verify_' + method.lower().replace('-', '_')
    if method.startswith('RSA'):
        return '' if getattr(s, name)(Request, case['key']) else 'signature'
    return '' if getattr(s, name)(Request, case['secret'], case['tokenSecret']) else 'signature'


def botocore_judge(case, headers, body):
    from botocore.auth import S3SigV4Auth, SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    fields = dict(f.split('=', 1) for f in headers['authorization'].split(' ', 1)[1].split(', '))
    access_key, _, region, service, _ = fields['Credential'].split('/')
    names = fields['SignedHeaders'].split(';')
    request = AWSRequest(case['method'], case['url'], {n: headers[n] for n in names}, body)
    request.context['timestamp'] = headers['x-amz-date']
    signer = (S3SigV4Auth if service == 's3' else SigV4Auth)(Credentials(access_key, case['secret']), service, region)
    to_sign = signer.string_to_sign(request, signer.canonical_request(request))
    return '' if signer.signature(to_sign, request) == fields['Signature'] else 'signature'


def pyjwt_judge(case, headers, body):
    import jwt

    token = headers.get('authorization', '').removeprefix('Bearer ') or dict(parse_qsl(urlsplit(case['url']).query))['token']
    try:
        jwt.decode(token, case['key'], algorithms=[case['algorithm']], audience=case.get('audience'))
        return ''
    except jwt.InvalidTokenError as error:
        return str(error)


JUDGES = {'oauthlib': oauthlib_judge, 'botocore': botocore_judge, 'jwt': pyjwt_judge}

for line in sys.stdin:
    case = json.loads(line)
    try:
        print(JUDGES[case['judge']](case, case['headers'], b64decode(case['body'])))
    except Exception as error:  # noqa: BLE001
        print(f'{type(error).__name__}: {error}'.replace('\n', ' '))
