type AssetKind =
  | 'folder'
  | 'program'
  | 'email'
  | 'emailTemplate'
  | 'form'
  | 'landingPage'
  | 'landingPageTemplate'
  | 'snippet'
  | 'smartCampaign'
  | 'smartList'
  | 'staticList';

interface Asset {
  readonly id: number;
  readonly kind: AssetKind;
  name: string;
  readonly folderId: number;
  status: 'draft' | 'approved';
  /** An approved asset can have a draft of its next version. */
  hasDraft: boolean;
  /** What a folder may hold; undefined: everything. */
  readonly holds?: readonly AssetKind[];
  /** Something else refers to it: it cannot be deleted. */
  readonly inUse?: true;
  /** A landing page with social content: its content cannot be read (Marketo: error-codes 709). */
  readonly social?: true;
  /** Its content may not be changed: 702, which elsewhere means that it was not found. */
  readonly contentLocked?: true;
  readonly tokens: Map<string, string>;
}

type NewAsset = Omit<Asset, 'tokens' | 'status' | 'hasDraft'> & Partial<Pick<Asset, 'status' | 'hasDraft'>>;

class Assets {
  readonly #byKind = new Map<AssetKind, Map<number, Asset>>();
  #nextId: number;

  constructor(firstId: number) {
    this.#nextId = firstId;
  }

  add(asset: Omit<NewAsset, 'id'> & { id?: number }): Asset {
    const id = asset.id ?? this.#nextId;
    this.#nextId = Math.max(this.#nextId, id + 1);
    const stored: Asset = { status: 'draft', hasDraft: true, ...asset, id, tokens: new Map() };
    this.#kind(asset.kind).set(id, stored);
    return stored;
  }

  get(kind: AssetKind, id: number): Asset | undefined {
    return this.#kind(kind).get(id);
  }

  all(kind: AssetKind): readonly Asset[] {
    return [...this.#kind(kind).values()];
  }

  byName(kind: AssetKind, name: string): Asset | undefined {
    return this.all(kind).find((asset) => asset.name.toLowerCase() === name.toLowerCase());
  }

  delete(asset: Asset): void {
    this.#kind(asset.kind).delete(asset.id);
  }

  #kind(kind: AssetKind): Map<number, Asset> {
    const assets = this.#byKind.get(kind) ?? new Map<number, Asset>();
    this.#byKind.set(kind, assets);
    return assets;
  }
}

export type { Asset, AssetKind, NewAsset };
export { Assets };
