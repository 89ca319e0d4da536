// The peer's store: a Map in memory, or SQLite where the operation writes (WAL, every commit on the disk).
import { createRequire } from 'node:module';

const grantable = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken', 'DeviceCode']);

class MemoryAdapter {
  static rows = new Map();
  static uids = new Map();

  constructor(model) { this.model = model; }
  key(id) { return `${this.model}:${id}`; }

  async upsert(id, payload) {
    MemoryAdapter.rows.set(this.key(id), payload);
    if (payload.uid) MemoryAdapter.uids.set(payload.uid, id);
  }

  async find(id) { return MemoryAdapter.rows.get(this.key(id)); }
  async findByUid(uid) { return this.find(MemoryAdapter.uids.get(uid)); }
  async consume(id) { MemoryAdapter.rows.get(this.key(id)).consumed = Math.floor(Date.now() / 1000); }
  async destroy(id) { MemoryAdapter.rows.delete(this.key(id)); }
  async revokeByGrantId() {}
}

function sqliteAdapter(file) {
  const Database = createRequire(import.meta.url)('better-sqlite3');
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(`CREATE TABLE IF NOT EXISTS rows (model TEXT, id TEXT, payload TEXT NOT NULL, grant_id TEXT, uid TEXT, expires INTEGER, consumed INTEGER,
      PRIMARY KEY (model, id)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS rows_grant ON rows (grant_id) WHERE grant_id IS NOT NULL;
    CREATE INDEX IF NOT EXISTS rows_uid ON rows (uid) WHERE uid IS NOT NULL;`);
  const upsert = db.prepare(`INSERT INTO rows (model, id, payload, grant_id, uid, expires) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (model, id) DO UPDATE SET payload = excluded.payload, expires = excluded.expires`);
  const find = db.prepare('SELECT payload, consumed FROM rows WHERE model = ? AND id = ?');
  const findByUid = db.prepare('SELECT payload, consumed FROM rows WHERE uid = ? AND model = ?');
  const consume = db.prepare('UPDATE rows SET consumed = ? WHERE model = ? AND id = ?');
  const destroy = db.prepare('DELETE FROM rows WHERE model = ? AND id = ?');
  const revoke = db.prepare('DELETE FROM rows WHERE grant_id = ?');
  const read = (row) => row && { ...JSON.parse(row.payload), ...(row.consumed ? { consumed: row.consumed } : undefined) };

  return class SqliteAdapter {
    constructor(model) { this.model = model; }

    async upsert(id, payload, expiresIn) {
      const grantId = grantable.has(this.model) ? payload.grantId : null;
      upsert.run(this.model, id, JSON.stringify(payload), grantId ?? null, payload.uid ?? null, expiresIn ? Math.floor(Date.now() / 1000) + expiresIn : null);
    }

    async find(id) { return read(find.get(this.model, id)); }
    async findByUid(uid) { return read(findByUid.get(uid, this.model)); }
    async consume(id) { consume.run(Math.floor(Date.now() / 1000), this.model, id); }
    async destroy(id) { destroy.run(this.model, id); }
    async revokeByGrantId(grantId) { revoke.run(grantId); }
  };
}

export const adapter = (file) => (file ? sqliteAdapter(file) : MemoryAdapter);
