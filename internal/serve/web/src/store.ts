import { useEffect, useState } from "preact/hooks";

/** Draws again when an outside value changed. subscribe stays the same for as long as the component lives. */
export function useSyncExternalStore<T>(subscribe: (changed: () => void) => () => void, get: () => T): T {
	const [value, set] = useState(get);
	useEffect(() => {
		const look = () => set(() => get());
		look();
		return subscribe(look);
	}, []);
	return value;
}
