"""Every host that botocore knows: `host service region` a line, service and region being what is signed."""
import botocore.session

session = botocore.session.get_session()
loader = session.get_component('data_loader')
resolver = session.get_component('endpoint_resolver')
WHERE = ['us-east-1', 'eu-central-1', 'us-gov-west-1', 'cn-north-1', 'us-iso-east-1',
         'aws-global', 'aws-us-gov-global', 'aws-cn-global', 'aws-iso-global', 'aws-iso-b-global']
MANNERS = [{}, {'use_dualstack_endpoint': True}, {'use_fips_endpoint': True}]

seen = set()
for name in loader.list_available_services('service-2'):
    metadata = loader.load_service_model(name, 'service-2')['metadata']
    if 'v4' not in f"{metadata.get('signatureVersion')} {metadata.get('auth')}":
        continue
    prefix = metadata['endpointPrefix']
    for where in WHERE:
        for manner in MANNERS:
            try:
                endpoint = resolver.construct_endpoint(prefix, where, **manner)
            except Exception:
                continue
            scope = (endpoint or {}).get('credentialScope', {})
            region = scope.get('region', where)
            # A region that stands for a whole partition is made up where the service has none of its own there.
            if not endpoint or region.endswith('-global') or '-global.' in endpoint['hostname']:
                continue
            seen.add((endpoint['hostname'], scope.get('service', metadata.get('signingName', prefix)), region))
for line in sorted(seen):
    print(*line)
