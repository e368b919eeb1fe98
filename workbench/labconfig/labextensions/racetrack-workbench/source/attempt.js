export const NAME = "racetrack-workbench";

/**
 * Do something that relies on how JupyterLab is today.
 *
 * If it fails, now or later, the console says so, and the page goes on without it.
 */
export function attempt(what, action) {
  const lost = (error) => console.warn(`${NAME}: ${what}: not with this JupyterLab.`, error);
  try {
    const result = action();
    return result instanceof Promise ? result.catch(lost) : result;
  } catch (error) {
    return lost(error);
  }
}
