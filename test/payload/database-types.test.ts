import { SpanKind } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { roundTrip } from '../support/encoding.js';
import { makeSpan } from '../support/spans.js';

/** Database systems of old and new semantic conventions by the type that the Agent gives their spans. */
const SYSTEMS: Readonly<Record<string, readonly string[]>> = {
  sql: [
    'actian.ingres',
    'adabas',
    'aws.redshift',
    'cache',
    'clickhouse',
    'cloudscape',
    'cockroachdb',
    'coldfusion',
    'db2',
    'derby',
    'edb',
    'filemaker',
    'firebird',
    'firebirdsql',
    'firstsql',
    'h2',
    'h2database',
    'hanadb',
    'hsqldb',
    'ibm.db2',
    'ibm.informix',
    'ibm.netezza',
    'informix',
    'ingres',
    'instantdb',
    'interbase',
    'intersystems.cache',
    'mariadb',
    'maxdb',
    'microsoft.sql_server',
    'mssql',
    'mysql',
    'netezza',
    'oracle',
    'oracle.db',
    'other_sql',
    'pervasive',
    'pointbase',
    'postgresql',
    'progress',
    'redshift',
    'sap.hana',
    'sap.maxdb',
    'softwareag.adabas',
    'sqlite',
    'sybase',
    'teradata',
    'vertica',
  ],
  cassandra: ['cassandra'],
  elasticsearch: ['elasticsearch'],
  memcached: ['memcached'],
  mongodb: ['mongodb'],
  opensearch: ['opensearch'],
  redis: ['redis'],
  db: ['aws.dynamodb', 'azure.cosmosdb', 'couchbase', 'couchdb', 'geode', 'hbase', 'hive', 'neo4j'],
};

describe('the type of a database call', () => {
  it.each(
    Object.entries(SYSTEMS).flatMap(([type, systems]) =>
      systems.map((system) => ({ system, type })),
    ),
  )('of $system is $type', ({ system, type }) => {
    const attributes = { 'db.system': system };

    expect(roundTrip(makeSpan({ kind: SpanKind.CLIENT, attributes }))).toMatchObject({
      name: `${system}.query`,
      type,
    });
  });
});
