import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

/** A view whose code is fetched when it is first looked at, so that the first view is small. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
	let loaded: ComponentType<P> | undefined;
	return function Lazy(props: P) {
		const [View, set] = useState<ComponentType<P> | undefined>(() => loaded);
		const [failed, setFailed] = useState(false);
		useEffect(() => {
			if (View) return;
			load().then(
				(v) => set(() => (loaded = v)),
				() => setFailed(true),
			);
		}, []);
		if (View) return <View {...props} />;
		return failed ? <p class="problem" role="alert">This part of the page could not be fetched. Is the server still running? Reload to try again.</p> : <p class="empty" role="status">Loading</p>;
	};
}
