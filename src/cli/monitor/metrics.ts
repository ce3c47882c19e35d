import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { version } from '../version.ts';
import type { Measured, Turn } from './turn.ts';

export interface MonitorMetrics {
  /** Counts a turn and delivers it. Never throws. */
  record(turn: Turn): Promise<void>;
  close(): Promise<void>;
}

/** Deliveries are made after each turn, and otherwise about never. Milliseconds. */
const never = 2 ** 31 - 1;

/**
 * Metrics of a monitor over OTLP: the duration of each request by OpenTelemetry's semantic conventions, and how many
 * passed and failed. What the call does not say, the environment variables OTEL_EXPORTER_OTLP_* do.
 * @param endpoint as in OTEL_EXPORTER_OTLP_ENDPOINT: without /v1/metrics
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#metric-httpclientrequestduration
 */
export function createMetrics(endpoint: string | undefined, complain: (message: string) => void): MonitorMetrics {
  const exporter = new OTLPMetricExporter(
    endpoint === undefined ? {} : { url: `${endpoint.replace(/\/+$/, '')}/v1/metrics` },
  );
  const provider = new MeterProvider({
    resource: resourceFromAttributes({
      'service.name': process.env.OTEL_SERVICE_NAME ?? 'countersign',
      'service.version': version,
    }),
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: never })],
  });
  const meter = provider.getMeter('countersign', version);
  const durations = meter.createHistogram('http.client.request.duration', {
    unit: 's',
    description: 'Duration of HTTP client requests.',
    advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] },
  });
  const requests = meter.createCounter('countersign.monitor.requests', {
    unit: '{request}',
    description: 'Requests that were sent, by outcome.',
  });
  const up = meter.createGauge('countersign.monitor.up', {
    description: '1 where the last turn went well, 0 where a request failed.',
  });
  return {
    async record(turn) {
      for (const result of turn.results) {
        durations.record(result.durationMs / 1000, attributesOf(result));
        requests.add(1, {
          'countersign.request.name': result.name,
          'countersign.request.file': result.file,
          'countersign.outcome': result.ok ? 'passed' : 'failed',
        });
      }
      up.record(turn.ok ? 1 : 0);
      try {
        await provider.forceFlush();
      } catch (error) {
        complain(error instanceof Error ? error.message : String(error));
      }
    },
    close: () => provider.shutdown().catch(() => undefined),
  };
}

function attributesOf({ method, url, status, ok, error, name }: Measured): Record<string, string | number> {
  const address = URL.parse(url);
  const port = address?.port || (address?.protocol === 'https:' ? 443 : 80);
  return {
    'http.request.method': method,
    ...(address ? { 'server.address': address.hostname, 'server.port': Number(port) } : {}),
    ...(status === null ? {} : { 'http.response.status_code': status }),
    ...(ok ? {} : { 'error.type': error ?? (status === null ? '_OTHER' : String(status)) }),
    'countersign.request.name': name,
  };
}
