import { useEffect, useRef, useState } from "preact/hooks";

export interface Asked<T> {
	value?: T;
	problem?: string;
	loading: boolean;
}

/**
 * Asks again whenever the key changes; an undefined key asks nothing. What was
 * known stays until the next answer is there, so that nothing flickers; a
 * question that is no longer of interest is aborted.
 */
export function useAsked<T>(key: string | undefined, ask: (signal: AbortSignal) => Promise<T>): Asked<T> {
	const [state, set] = useState<Asked<T>>({ loading: key !== undefined });
	const asked = useRef(ask);
	asked.current = ask;
	useEffect(() => {
		if (key === undefined) {
			set({ loading: false });
			return;
		}
		const abort = new AbortController();
		set((s) => ({ ...s, loading: true }));
		asked.current(abort.signal).then(
			(value) => !abort.signal.aborted && set({ value, loading: false }),
			(e: Error) => !abort.signal.aborted && set({ problem: e.message, loading: false }),
		);
		return () => abort.abort();
	}, [key]);
	return state;
}
